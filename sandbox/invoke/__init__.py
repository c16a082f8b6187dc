"""
Runs a function of the stack in a container, by the real `sam local invoke`, for one event.

    function         calls                           environment variables
    ---------------  ------------------------------  ---------------------------
    Controller       the sandbox, with its own role  the deployed function's
    MaintenanceEdge  nothing                         none, as at the edge
"""
