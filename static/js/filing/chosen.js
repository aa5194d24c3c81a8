// The files of a filing as rows: chosen now, or kept as ciphertext from an earlier try.

/** Bytes in words. */
export function size(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toLocaleString("zh-CN", { maximumFractionDigits: 2 })} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toLocaleString("zh-CN", { maximumFractionDigits: 1 })} MB` : `${Math.ceil(bytes / 1000)} KB`;
}

const same = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

/**
 * The list and its files.
 *
 * @param list the <ul>.
 * @param changed called when a file was added or taken away.
 * @returns {all(), add(files), restore(files), wanting()}: `restore` takes the files of a draft, `wanting` says which
 *          of them must be chosen again because neither file nor ciphertext is there.
 */
export function chosenFiles(list, changed) {
  let files = [];

  const wants = (file) => !file.stream && !file.made;

  function add(more) {
    for (const file of more) {
      const place = files.findIndex((one) => same(one, file));
      if (place < 0) files.push(file);
      else if (wants(files[place])) files[place] = file;
    }
    settle();
  }

  function settle() {
    list.replaceChildren(...files.map(row));
    changed();
  }

  function row(file) {
    const line = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    if (!file.stream) {
      const tag = document.createElement("span");
      tag.className = file.made ? "gz-tag is-ok" : "gz-tag is-near";
      tag.textContent = file.made ? "已加密，不用再选" : "还没有加密，请重新添加";
      name.append(" ", tag);
    }
    const bytes = document.createElement("span");
    bytes.className = "gz-cap gz-num";
    bytes.textContent = size(file.size);
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-sm";
    drop.textContent = "移除";
    drop.setAttribute("aria-label", `移除 ${file.name}`);
    drop.addEventListener("click", () => {
      files = files.filter((other) => other !== file);
      settle();
    });
    line.append(name, bytes, drop);
    return line;
  }

  return {
    all: () => files,
    add,
    restore(kept) {
      files = kept.map((one) => files.find((file) => same(file, one)) ?? one);
      list.replaceChildren(...files.map(row));
    },
    wanting: () => files.filter(wants).map((file) => file.name),
  };
}
