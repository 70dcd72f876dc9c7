package io.synapse.wiring;

import io.synapse.cluster.redis.EntryCodec;
import io.synapse.protocol.Publication;

/** How publications stand in Redis. */
final class PublicationCodec implements EntryCodec<Publication> {

    @Override
    public int bytes(Publication publication) {
        return publication.bytes();
    }

    @Override
    public String content(Publication publication) {
        return publication.digest();
    }

    @Override
    public byte[] encode(Publication publication) {
        return publication.stored();
    }

    @Override
    public Publication decode(byte[] bytes) {
        return Publication.ofStored(bytes);
    }
}
