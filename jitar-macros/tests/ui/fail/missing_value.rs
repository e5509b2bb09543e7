jitar::service!(segment = , service = "services/gateway.json");
