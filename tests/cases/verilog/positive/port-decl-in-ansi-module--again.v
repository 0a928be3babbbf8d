module wires (
    input a,
    output b
);
output a;
assign b = a;
endmodule
