module adder (input logic [3:0] left, input logic [3:0] right, output logic [4:0] sum);
    assign sum = left + right;
endmodule

module top (input logic [3:0] x, output logic [4:0] y);
    adder add (.left(x), .rigth(x), .sum(y));
endmodule
