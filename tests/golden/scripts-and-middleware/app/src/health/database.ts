import type { HealthCheck } from 'jitar';

import { state } from '../state';

class Database implements HealthCheck {
    readonly name = 'database';
    readonly timeout = 1000;

    async isHealthy(): Promise<boolean> {
        return state.open;
    }
}

export default new Database();
