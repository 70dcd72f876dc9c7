package io.synapse.session;

/**
 * What a session is found by. The name is the client's secret, and means nothing for anybody else: another subject that
 * says the same has another session.
 *
 * @param subject who the client is
 * @param place what the session is for: the topic of an agent, or empty for a whole connection
 * @param name the client's own, unguessable
 */
public record SessionKey(String subject, String place, String name) {

    // The name must not find its way into a log.
    @Override
    public String toString() {
        return "SessionKey[" + subject + ", " + place + "]";
    }
}
