"""Updates a repository that was baked from this template: bakes the wanted version, and lets git merge it.

record     .template.json: where a repository comes from, and its answers
answers    the saved answers, completed with the defaults of new questions
versions   the template's versions: bakes one, and reads its changelog
base       the commit that holds what the template made of this repository
plan       what an update will do, before it does anything
untracked  files of a person that the merge would overwrite
merge      the merge, with the right base; its conflicts
changelog  who must do what
text       what a person reads; page: the same for a pull request
"""
