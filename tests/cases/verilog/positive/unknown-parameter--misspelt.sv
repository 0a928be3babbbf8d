module buffer #(parameter WIDTH = 8) (input logic [WIDTH-1:0] d, output logic [WIDTH-1:0] q);
    assign q = d;
endmodule

module top (input logic [3:0] x, output logic [3:0] y);
    buffer #(.WIDHT(4)) pass (.d(x), .q(y));
endmodule
