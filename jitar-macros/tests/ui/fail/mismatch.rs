jitar::service!(segment = "sales", service = "services/standalone.json");
