/**
 * The engine that answers when nothing else is set up: it quotes a folder of documents, found with Lucene in memory,
 * and computes arithmetic. It exists so that a newcomer's first query gets a useful, streamed, interruptible answer
 * with no network, no model and no key; and so that tests of the gateway have a real engine whose answers they can
 * predict.
 *
 * <p>It never guesses: what it says about a subject is a quote with its source, and where it finds nothing it says so.
 * It starts no thread, reads no clock and sleeps nowhere but in {@link io.synapse.engine.QueryContext#pause}.
 */
package io.synapse.engine.library;
