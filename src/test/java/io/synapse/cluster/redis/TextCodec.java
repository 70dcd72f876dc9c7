package io.synapse.cluster.redis;

/** Texts, of the size of their length. */
final class TextCodec implements EntryCodec<String> {

    @Override
    public int bytes(String entry) {
        return entry.length();
    }

    @Override
    public String content(String entry) {
        return entry;
    }

    @Override
    public byte[] encode(String entry) {
        return Script.bytes(entry);
    }

    @Override
    public String decode(byte[] bytes) {
        return Script.text(bytes);
    }
}
