package shapes;
    typedef enum logic [1:0] {IDLE, BUSY, DONE} state_t;
    typedef struct packed { logic valid; logic [7:0] data; } beat_t;
endpackage

module machine import shapes::*; (input logic clk, input logic go, output state_t state, output beat_t beat);
    always_ff @(posedge clk) begin
        unique case (state)
            IDLE: if (go) state <= BUSY;
            BUSY: begin state <= DONE; beat <= '{valid: 1'b1, data: 8'h2a}; end
            default: state <= IDLE;
        endcase
    end
endmodule
