export class Clock {
    hour = 12;
}

export interface Unused {
    nothing: true;
}
