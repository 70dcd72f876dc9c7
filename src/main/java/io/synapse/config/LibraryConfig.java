package io.synapse.config;

import java.util.Optional;

/**
 * The default engine.
 *
 * @param folder where the documents are; empty: Synapse's own documentation, packed into the WAR
 * @param pace words per second of a streamed quote; 0 streams as fast as it can
 * @param passages how many passages an answer quotes, at most
 * @param maxDocuments documents that are read, at most
 * @param maxDocumentBytes bytes of one document that are read, at most
 * @param maxTotalBytes bytes of all documents together; once so much is read, no further document is
 */
public record LibraryConfig(
        Optional<String> folder,
        double pace,
        int passages,
        int maxDocuments,
        int maxDocumentBytes,
        int maxTotalBytes) {}
