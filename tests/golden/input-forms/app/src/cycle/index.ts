import { change, changing, readyAt } from './a';

export async function liveBindings() {
    const before = changing;

    return [before, change(), changing, readyAt()];
}
