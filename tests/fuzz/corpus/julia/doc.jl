@doc raw"""
``x = y`` and $a = b$

```math
x = x
```
"""
f(x) = 1 # "
"""
    g(x)

The value \$\\alpha = 1\$ $(x)
"""
g
