package io.synapse.endpoint;

import io.synapse.protocol.CloseReason;
import io.synapse.security.limit.Place;
import java.security.Principal;

/**
 * Carries a refusal to the endpoint that is to be said by a close code, because a browser shows a page no status.
 *
 * @param reason what to say
 * @param place what it takes of the limits
 */
record RefusedPrincipal(CloseReason reason, Place place) implements Principal {

    @Override
    public String getName() {
        return "refused";
    }
}
