package io.synapse.endpoint.rest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** All REST resources, under {@code /api}. */
@ApplicationPath("/api")
public class RestApplication extends Application {}
