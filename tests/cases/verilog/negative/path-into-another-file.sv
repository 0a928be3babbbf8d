module monitor (input logic clk);
    always @(posedge clk)
        if (dut.core.trap) $display("trap");
endmodule
