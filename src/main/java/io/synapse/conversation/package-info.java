/**
 * What was said before: the turns of each conversation, bounded, as the context of its next query and for whoever asked
 * to read. A conversation belongs to one subject and one agent; for anybody else there is none.
 */
package io.synapse.conversation;
