/** API keys that are made, rotated and revoked while the node runs; those of the configuration are beside them, unchanged. */
package io.synapse.security.key;
