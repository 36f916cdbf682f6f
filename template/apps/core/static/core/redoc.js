// ReDoc asks another site for its logo, which this page's policy refuses and reports: it is left out.
const image = HTMLImageElement.prototype;
const { setAttribute } = image;
const src = Object.getOwnPropertyDescriptor(image, "src");
const isOurs = (address) => new URL(address, document.baseURI).origin === location.origin;

image.setAttribute = function (name, value) {
  if (name !== "src" || isOurs(value)) setAttribute.call(this, name, value);
};
Object.defineProperty(image, "src", {
  ...src,
  set(value) {
    if (isOurs(value)) src.set.call(this, value);
    else this.dispatchEvent(new Event("error")); // ReDoc then takes the image away
  },
});
