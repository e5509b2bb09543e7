export interface Unused {
    x: 1;
}
