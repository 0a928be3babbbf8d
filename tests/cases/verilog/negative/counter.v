// Non-ANSI ports, a generate loop, a function: all of it Verilog-2001.
module counter (clk, reset, count, ones);
parameter WIDTH = 4;
input clk, reset;
output [WIDTH-1:0] count;
output [WIDTH-1:0] ones;
reg [WIDTH-1:0] count;

function [0:0] flip;
    input bit_in;
    flip = ~bit_in;
endfunction

genvar i;
generate
    for (i = 0; i < WIDTH; i = i + 1) begin : bits
        assign ones[i] = flip(count[i]);
    end
endgenerate

always @(posedge clk or posedge reset)
    if (reset) count <= 0;
    else count <= count + 1;
endmodule
