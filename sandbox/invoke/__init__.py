"""
Runs a function of the stack in a container by the real `sam local invoke`, against the sandbox.

    function         talks to                          environment variables
    ---------------  --------------------------------  --------------------------------
    Controller       the sandbox, as its deployed role  the deployed stack's
    MaintenanceEdge  nobody                             none, as at the edge
"""
