package io.synapse.protocol;

/** How what belongs to a tenant is named where the things of all tenants are together. */
public final class TenantNames {

    // No client can write a control character in a name, so it cannot name what is another tenant's.
    static final char BEGIN = '\u0001';
    static final char END = '\u0002';

    private TenantNames() {}

    /**
     * A name among those of all tenants.
     *
     * @param tenant whose; empty for nobody in particular
     * @param name of something of this tenant, without control characters
     * @return the name, with the tenant before it if there is one
     */
    public static String of(String tenant, String name) {
        return tenant.isEmpty() ? name : BEGIN + tenant + END + name;
    }
}
