jitar::service!(service = "services/standalon.json");
