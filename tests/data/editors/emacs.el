;; -*- lexical-binding: t; -*-
;; Run in a batch Emacs that has loaded the mode: does what a user does with sheet.ein, and writes what was seen as
;; JSON to $EINSIGHT_SEEN.

(require 'cl-lib)
(require 'json)

(defvar seen nil)

(defun see (name value)
  (push (cons name value) seen))

(defun wait (what condition)
  (with-timeout (20 (error "Timed out waiting for %s" what))
    (let (value)
      (while (not (setq value (funcall condition)))
        (accept-process-output nil 0.02))
      value)))

(defun at (needle)
  (goto-char (point-min))
  (search-forward needle)
  (goto-char (match-beginning 0)))

(defun line ()
  (buffer-substring-no-properties (line-beginning-position) (line-end-position)))

(defun codes ()
  (mapcar (lambda (found)
            (plist-get (alist-get 'eglot-lsp-diag (flymake-diagnostic-data found)) :code))
          (flymake-diagnostics)))

(defun act (title)
  "Choose the code action TITLE."
  (let ((last-nonmenu-event ?x))
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt table &rest _)
                 (or (car (member title (all-completions "" table)))
                     (error "No %s among %s" title (all-completions "" table))))))
      (call-interactively #'eglot-code-actions))))

(defun run ()
  (find-file "sheet.ein")
  (see 'mode major-mode)
  (font-lock-ensure)
  (see 'face (get-text-property 3 'face))
  (see 'comment comment-start)
  (call-interactively #'eglot)
  (flymake-start)
  (wait "EIN402" (lambda () (member "EIN402" (codes))))
  (see 'codes (vconcat (codes)))

  (at "h = tanh")
  (let (hover)
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq hover text)))
    (see 'hover (substring-no-properties (wait "the hover" (lambda () hover)))))

  (at "d/dx (y'")
  (einsight-derivation)
  (see 'derivation (with-current-buffer "*einsight derivation*" (buffer-string)))
  (einsight-copy-as "numpy")
  (see 'numpy (current-kill 0))
  (act "Copy as JAX")
  (see 'jax (current-kill 0))

  (search-backward "= a\n")
  (goto-char (1- (line-end-position)))
  (act "Write a'")
  (see 'mended (line))
  (eglot--signal-textDocument/didChange) ; an idle timer does it, and a batch Emacs is never idle
  (wait "the diagnostic to go" (lambda ()
                                 (flymake-start)
                                 (not (member "EIN402" (codes)))))

  (at "h = tanh")
  (eglot-rename "g")
  (see 'renamed (line))
  (eglot-format-buffer)
  (goto-char (point-max))
  (forward-line -1)
  (see 'formatted (line))

  (goto-char (point-max))
  (insert "\\delt")
  (completion-at-point)
  (see 'completion (vector (line))))

(condition-case problem
    (let ((inhibit-message t) (eglot-sync-connect t))
      (run))
  (error (see 'problem (format "%S" problem))))
(with-temp-file (getenv "EINSIGHT_SEEN")
  (insert (json-encode seen)))
(kill-emacs)
