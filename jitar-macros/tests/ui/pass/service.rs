jitar::service!(service = "./services/gateway.json");
