" Colours without the language server, and for a Neovim without semantic tokens (before 0.9).
if exists('b:current_syntax')
  finish
endif

syntax match einsightOperator "[-+−*/·⋅×⊙∘⊗^=≠≤≥<>:≔→]"
syntax match einsightDerivative "[∂∇]²\?"
syntax match einsightDerivative "\<d\%(²\|\^2\)\?\ze\%(\a[^/ ]*\)\?/d"
syntax match einsightDerivative "\%(\<d[^/ ]*/\)\@<=d\ze\a"
syntax match einsightSum "∑\|\<sum\ze_"
syntax match einsightSpace "ℝ\|\%(∈\|\<in\)\@<=\s*R\>"
syntax match einsightMember "∈\|\<in\>"
syntax keyword einsightKeyword where dim
syntax match einsightProperty "\<\%(symmetric\|antisymmetric\|diagonal\|orthogonal\|positive\%(-definite\)\?\|constant\|integer\)\>"
syntax match einsightNumber "\<\d\+\%(\.\d\+\)\?\%([eE][+-]\?\d\+\)\?\>"
syntax match einsightFunction "\<\a\w*\ze("
syntax match einsightIndex "_\%({[^}]*}\|\w\+\)"
syntax match einsightDelta "δ\|\<delta\>"
syntax match einsightComment "#.*$" contains=@Spell
syntax match einsightDirective "#!.*$"

highlight default link einsightOperator Operator
highlight default link einsightDerivative Special
highlight default link einsightSum Repeat
highlight default link einsightSpace Type
highlight default link einsightMember Keyword
highlight default link einsightKeyword Keyword
highlight default link einsightProperty StorageClass
highlight default link einsightNumber Number
highlight default link einsightFunction Function
highlight default link einsightIndex Identifier
highlight default link einsightDelta Macro
highlight default link einsightComment Comment
highlight default link einsightDirective PreProc

let b:current_syntax = 'einsight'
