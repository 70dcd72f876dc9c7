package io.synapse.engine.library;

/**
 * A document as it was read.
 *
 * @param name its path in the library, with slashes
 * @param text its text, with lines ended by a line feed and without other control characters than tabs
 */
record SourceDocument(String name, String text) {}
