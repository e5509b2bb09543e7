import { change, changing, readyAt } from "./a.ts";
export async function liveBindings() {
    const before = changing;
    return [
        before,
        change(),
        changing,
        readyAt()
    ];
}
