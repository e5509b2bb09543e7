jitar::service!(segments = ["sales"], service = "services/gateway.json");
