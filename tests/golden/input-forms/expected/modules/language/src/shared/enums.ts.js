export var Colour = /*#__PURE__*/ function(Colour) {
    Colour["Red"] = "red";
    Colour[Colour["Green"] = 1] = "Green";
    Colour[Colour["Blue"] = 2] = "Blue";
    return Colour;
}({});
export var Direction = /*#__PURE__*/ function(Direction) {
    Direction["Up"] = "up";
    return Direction;
}({});
export var Flags = /*#__PURE__*/ function(Flags) {
    Flags[Flags["None"] = 0] = "None";
    Flags[Flags["One"] = 1] = "One";
    Flags[Flags["Two"] = 2] = "Two";
    Flags[Flags["Both"] = 3] = "Both";
    return Flags;
}({});
