;;; einsight-mode.el --- Derivations of Jacobians in index notation  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: languages, tools, math
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A major mode for the `.ein' files of einsight, which checks derivations of Jacobians, and its language server for
;; Eglot.  `M-x eglot' starts the server; `einsight-derivation' and `einsight-copy-as' are what Eglot has no command for.

;;; Code:

(require 'eglot)

;;; The mode

(defvar einsight-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    ;; a prime is a transpose, and names end at an underscore
    (dolist (sign (string-to-list "'\"_^|+-*/=<>;,:.&%"))
      (modify-syntax-entry sign "." table))
    ;; `\del' is one word, which is completed to δ
    (modify-syntax-entry ?\\ "_" table)
    table)
  "Syntax of `.ein' files.")

(defvar einsight-font-lock-keywords
  `(("#!.*$" 0 font-lock-preprocessor-face t)
    (,(regexp-opt '("where" "dim") 'words) . font-lock-keyword-face)
    ("\\_<\\(in\\)\\_>[ \t]*\\_<\\(R\\)\\_>" (1 font-lock-keyword-face) (2 font-lock-type-face))
    ("\\(∈\\)[ \t]*\\([Rℝ]\\)" (1 font-lock-keyword-face) (2 font-lock-type-face))
    ("ℝ" . font-lock-type-face)
    ("\\_<positive-definite\\_>" . font-lock-builtin-face)
    (,(regexp-opt '("symmetric" "antisymmetric" "diagonal" "orthogonal" "positive" "constant" "integer") 'symbols)
     . font-lock-builtin-face)
    ("\\_<\\(d\\)\\(?:²\\|\\^2\\)?[^/ \n]*/\\(d\\)[[:alpha:]]" (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    ("[∂∇∑]\\|\\_<sum\\_>" . font-lock-keyword-face)
    ("δ\\|\\_<delta\\_>" . font-lock-constant-face)
    ("\\_<\\([[:alpha:]][[:alnum:]]*\\)(" 1 font-lock-function-name-face)
    ("_\\({[^}\n]*}\\|[[:alnum:]]+\\)" 1 font-lock-variable-name-face))
  "Colours of `einsight-mode'.")

;;;###autoload
(define-derived-mode einsight-mode prog-mode "einsight"
  "Major mode for derivations of Jacobians in index notation."
  (setq-local comment-start "# "
              comment-start-skip "#+!?[ \t]*"
              indent-tabs-mode nil
              font-lock-defaults '(einsight-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.ein\\'" . einsight-mode))

;;; The language server

(defclass einsight-server (eglot-lsp-server) ()
  :documentation "The language server; a class of its own for the answers to its commands.")

(add-to-list 'eglot-server-programs '(einsight-mode . (einsight-server "einsight" "lsp")))

(declare-function eglot--update-hints-1 "eglot" (from to))

;; Inlay hints (Emacs 29) are asked for again when the verdicts are there; Eglot alone knows no such request.
(cl-defmethod eglot-client-capabilities :around ((_server einsight-server))
  "Add that inlay hints can be refreshed."
  (let ((able (cl-call-next-method)))
    (when (fboundp 'eglot--update-hints-1)
      (plist-put (plist-get able :workspace) :inlayHint '(:refreshSupport t)))
    able))

(cl-defmethod eglot-handle-request ((server einsight-server) (_ (eql 'workspace/inlayHint/refresh)) &rest _)
  "Draw the inlay hints again where buffers of SERVER are seen."
  (dolist (buffer (eglot--managed-buffers server))
    (when (and (buffer-live-p buffer) (buffer-local-value 'eglot-inlay-hints-mode buffer))
      (with-current-buffer buffer
        (dolist (window (get-buffer-window-list buffer nil t))
          (eglot--update-hints-1 (window-start window) (window-end window t)))))))

(defun einsight--here ()
  "The URI of the buffer and the position of point, as the server counts them."
  (let ((params (eglot--TextDocumentPositionParams)))
    (list (plist-get (plist-get params :textDocument) :uri) (plist-get params :position))))

(defun einsight--keep (target text)
  "Put TEXT, which the server has written for TARGET, into the kill ring."
  (if (not (stringp text))
      (message "There is no formula here")
    (let ((kill-do-not-save-duplicates t)) ; newer Eglots execute a command by executing another
      (kill-new text))
    (message "Copied as %s" target)))

;; Behind the code actions `Copy as ...': the server answers with the text, the editor has to keep it.
(if (fboundp 'eglot-execute)
    (cl-defmethod eglot-execute :around ((_server einsight-server) action)
      (let ((answer (cl-call-next-method)))
        (when (equal (plist-get action :command) "einsight.copyAs")
          (einsight--keep (aref (plist-get action :arguments) 0) answer))
        answer))
  (with-suppressed-warnings ((obsolete eglot-execute-command))
    (cl-defmethod eglot-execute-command :around ((_server einsight-server) command arguments)
      (let ((answer (cl-call-next-method)))
        (when (eq command 'einsight.copyAs)
          (einsight--keep (aref arguments 0) answer))
        answer))))

;;;###autoload
(defun einsight-derivation ()
  "Show the derivation of what stands at point."
  (interactive)
  (pcase-let* ((server (eglot--current-server-or-lose))
               (`(,uri ,position) (einsight--here))
               (found (jsonrpc-request server :einsight/derivation (list :uri uri :position position))))
    (if (null found)
        (message "There is no formula here")
      (with-help-window "*einsight derivation*"
        (princ (plist-get found :text))))))

;;;###autoload
(defun einsight-copy-as (target)
  "Put what stands at point into the kill ring, written for TARGET.
That is numpy, jax, torch or latex."
  (interactive (list (completing-read "Copy as: " '("numpy" "jax" "torch" "latex") nil t)))
  (pcase-let ((server (eglot--current-server-or-lose))
              (`(,uri ,position) (einsight--here)))
    (einsight--keep target (jsonrpc-request server :workspace/executeCommand
                                            (list :command "einsight.copyAs"
                                                  :arguments (vector target uri position))))))

(provide 'einsight-mode)
;;; einsight-mode.el ends here
