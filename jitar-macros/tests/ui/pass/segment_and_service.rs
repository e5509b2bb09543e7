jitar::service!(service = "services/reporting.json", segment = "reporting");
