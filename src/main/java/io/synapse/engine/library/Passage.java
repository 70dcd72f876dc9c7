package io.synapse.engine.library;

/**
 * A part of a document that can be quoted by itself.
 *
 * @param source the document's name: its path in the library, with slashes
 * @param heading the headings above it, outermost first, or empty
 * @param text what is quoted; not blank, at most about {@value Passages#MAX_LENGTH} characters
 */
record Passage(String source, String heading, String text) {}
