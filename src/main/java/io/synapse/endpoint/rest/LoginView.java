package io.synapse.endpoint.rest;

import io.synapse.security.Identity;
import io.synapse.security.login.Login;
import java.util.LinkedHashMap;
import java.util.Map;

/** A login session as the REST side tells of it: without its token. */
final class LoginView {

    private LoginView() {}

    static Map<String, Object> of(Login login) {
        Identity identity = login.identity();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", login.id());
        fields.put("subject", identity.subject());
        fields.put("tenant", identity.tenant());
        fields.put("agents", KeyView.sorted(identity.agents()));
        fields.put("topics", KeyView.sorted(identity.topics()));
        fields.put("roles", KeyView.sorted(identity.groups()));
        fields.put("created_at", login.createdAt().toEpochMilli());
        fields.put("expires_at", login.expiresAt().toEpochMilli());
        fields.put("idle_at", login.idleAt().toEpochMilli());
        return fields;
    }
}
