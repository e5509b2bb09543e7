import { state } from "../state.ts";
class Database {
    name = 'database';
    timeout = 1000;
    async isHealthy() {
        return state.open;
    }
}
export default new Database();
