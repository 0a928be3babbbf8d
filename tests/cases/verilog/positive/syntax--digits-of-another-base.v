module rom (
    input [1:0] address,
    output reg [7:0] word
);
always @* begin
    case (address)
        2'd0: word = 8'b3f;
        default: word = 8'h00;
    endcase
end
endmodule
