package io.synapse.endpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.config.OutsideConfig;
import io.synapse.security.Identity;
import io.synapse.security.login.Login;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Optional;

/** Who is logged in, and how one can log in, for the page. */
final class LoginBody {

    private static final JsonFactory JSON = new JsonFactory();

    private LoginBody() {}

    /** {@code {ways, login?: {subject, tenant, roles, expires_at}}}, {@code expires_at} in epoch milliseconds. */
    static String of(Optional<Login> login, OutsideConfig config) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeArrayFieldStart("ways");
            if (config.realm()) {
                json.writeString("password");
            }
            if (config.oidc().isPresent()) {
                json.writeString("openid");
            }
            json.writeEndArray();
            if (login.isPresent()) {
                Identity identity = login.get().identity();
                json.writeObjectFieldStart("login");
                json.writeStringField("subject", identity.subject());
                json.writeStringField("tenant", identity.tenant());
                json.writeArrayFieldStart("roles");
                for (String role : identity.groups().stream().sorted().toList()) {
                    json.writeString(role);
                }
                json.writeEndArray();
                json.writeNumberField("expires_at", login.get().expiresAt().toEpochMilli());
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return text.toString();
    }
}
