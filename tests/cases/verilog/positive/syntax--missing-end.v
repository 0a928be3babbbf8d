module counter (
    input clk,
    input reset,
    output reg [3:0] count
);
always @(posedge clk) begin
    if (reset) begin
        count <= 4'd0;
    end else begin
        count <= count + 4'd1;
end
endmodule
