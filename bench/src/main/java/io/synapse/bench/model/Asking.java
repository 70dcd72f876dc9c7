package io.synapse.bench.model;

import java.io.IOException;

/** One who asks a model, time after time. */
interface Asking extends AutoCloseable {

    /** Makes a new one. */
    @FunctionalInterface
    interface Maker {
        Asking make(int number) throws Exception;
    }

    /** Asks once, and reads to the end of the answer; returns the nanoseconds until the first word had come. */
    long ask() throws Exception;

    @Override
    default void close() throws IOException {}
}
