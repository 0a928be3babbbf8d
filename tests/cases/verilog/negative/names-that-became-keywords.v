module select (input [1:0] bit, input do, output reg byte);
always @* byte = do & bit[0];
endmodule
