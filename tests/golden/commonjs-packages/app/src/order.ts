import { calls as before } from 'lazy/calls';
import { lazily, cyclic, optional, sloppy, names, dynamically, again } from 'lazy';
import calls from 'lazy/calls';

const atStart = [...before];

export async function order() {
    const first = lazily();
    const second = lazily();

    return [atStart, first === second, calls.calls];
}

export async function shapes() {
    return [cyclic(), optional(), sloppy(), names, await dynamically(), again()];
}
