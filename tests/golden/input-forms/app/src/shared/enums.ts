export interface Shape {
    sides: number;
}

export enum Colour {
    Red = 'red',
    Green = 1,
    Blue,
}

export declare const enum Nowhere {
    A,
}

export const enum Direction {
    Up = 'up',
}

export enum Flags {
    None = 0,
    One = 1 << 0,
    Two = 1 << 1,
    Both = One | Two,
}
