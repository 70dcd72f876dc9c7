package io.synapse.presence;

/**
 * What the members of this node are told to: the other nodes. Called with the topic's lock held, so that what is said of one topic
 * is said in order; nothing may wait, call back on this stack, or throw. Safe for use by many threads.
 */
public interface PresencePeers {

    /** There are no others. */
    PresencePeers NONE = new PresencePeers() {
        @Override
        public String self() {
            return "";
        }

        @Override
        public boolean entered(String topic) {
            return false;
        }

        @Override
        public void over(String topic) {
            // Nobody was told of it.
        }

        @Override
        public void put(String topic, SharedMember member) {
            // There is nobody to tell.
        }

        @Override
        public void removed(String topic, String id, long version) {
            // There is nobody to tell.
        }
    };

    /**
     * The name of this node.
     *
     * @return the same at every call
     */
    String self();

    /**
     * A topic is kept on this node from now on.
     *
     * @param topic which
     * @return whether its members on other nodes will be told to {@link SharedPresence#known}
     */
    boolean entered(String topic);

    /**
     * A topic is kept no more.
     *
     * @param topic which
     */
    void over(String topic);

    /**
     * A member of this node has come or changed.
     *
     * @param topic where
     * @param member as it is now
     */
    void put(String topic, SharedMember member);

    /**
     * A place is gone, unless it has changed meanwhile.
     *
     * @param topic where
     * @param id of the place
     * @param version at which it is gone
     */
    void removed(String topic, String id, long version);
}
