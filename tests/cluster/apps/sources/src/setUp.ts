import { order } from "./registry";

order.push("setUp");
