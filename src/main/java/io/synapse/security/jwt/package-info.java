/** Who somebody is by the word of another issuer: signed tokens, and logins through OpenID Connect. */
package io.synapse.security.jwt;
