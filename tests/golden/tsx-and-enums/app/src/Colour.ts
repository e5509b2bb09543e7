export enum Colour {
    Red,
    Green = 5,
    Blue = Green + 1,
}

export const enum Size {
    Large = 'L',
}
