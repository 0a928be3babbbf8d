module gate (
    input a,
    input b,
    output c
);
input a, b;
output c;
assign c = a & b;
endmodule
