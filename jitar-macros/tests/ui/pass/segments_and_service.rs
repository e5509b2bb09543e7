jitar::service!(segments = ["sales", "reporting"], service = "services/standalone.json",);
