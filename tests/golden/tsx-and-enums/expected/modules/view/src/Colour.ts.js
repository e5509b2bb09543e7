export var Colour = /*#__PURE__*/ function(Colour) {
    Colour[Colour["Red"] = 0] = "Red";
    Colour[Colour["Green"] = 5] = "Green";
    Colour[Colour["Blue"] = 6] = "Blue";
    return Colour;
}({});
export var Size = /*#__PURE__*/ function(Size) {
    Size["Large"] = "L";
    return Size;
}({});
