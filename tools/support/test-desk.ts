/** A desktop on the virtual display, for pictures: window manager, panel with a tray, and pictures of parts of the screen. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

export type Theme = 'light' | 'dark';

/** What the desktop needs besides the packages of the desktop tests. */
export const DESK_PACKAGES = ['xfwm4', 'xfce4-panel', 'imagemagick', 'x11-xserver-utils'];

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TestDesk {
  /** For the programs that run on the desktop. */
  readonly env: Readonly<Record<string, string>>;
  end(): void;
}

const run = promisify(execFile);

/** The bar of the panel at the top, with the tray alone at its left end. */
const PANEL = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="28"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>`;

/** Starts the desktop. `folder` is empty and gets its settings. */
export async function startDesk(folder: string, theme: Theme): Promise<TestDesk> {
  const settings = path.join(folder, 'config/xfce4/xfconf/xfce-perchannel-xml');
  mkdirSync(settings, { recursive: true });
  writeFileSync(path.join(settings, 'xfce4-panel.xml'), PANEL);
  const children: ChildProcess[] = [];
  const env: Record<string, string> = {
    XDG_CONFIG_HOME: path.join(folder, 'config'),
    GTK_THEME: theme === 'dark' ? 'Adwaita:dark' : 'Adwaita',
  };
  const start = (command: string, args: readonly string[], stdout: 'ignore' | 'pipe'): ChildProcess => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', stdout, 'ignore'],
    });
    children.push(child);
    return child;
  };
  const bus = start('dbus-daemon', ['--session', '--nofork', '--print-address'], 'pipe');
  const [line] = (await once(bus.stdout!, 'data')) as [Buffer];
  env['DBUS_SESSION_BUS_ADDRESS'] = line.toString().trim();
  start('xfwm4', ['--compositor=off'], 'ignore');
  await run('xsetroot', ['-solid', theme === 'dark' ? '#3a3d42' : '#9aa0a8']);
  start('xfce4-panel', ['--disable-wm-check'], 'ignore');
  await run('xdotool', ['search', '--sync', '--onlyvisible', '--class', 'xfce4-panel']);
  return {
    env,
    end: () => {
      for (const child of children.reverse()) child.kill();
    },
  };
}

/** Waits for a window with this title and gives its area on the screen, with the frame around it. */
export async function windowArea(title: string): Promise<Area> {
  const { stdout } = await run('xdotool', ['search', '--sync', '--onlyvisible', '--name', `^${title}$`]);
  const { stdout: lines } = await run('xdotool', [
    'getwindowgeometry',
    '--shell',
    stdout.trim().split('\n').at(-1)!,
  ]);
  const number = (name: string): number => Number(new RegExp(`^${name}=(-?\\d+)$`, 'm').exec(lines)![1]);
  const [x, y, width, height] = [number('X'), number('Y'), number('WIDTH'), number('HEIGHT')];
  // xdotool counts the frame twice.
  return {
    x: x - 2 * FRAME,
    y: y - 2 * TITLE_BAR,
    width: width + 2 * FRAME,
    height: height + TITLE_BAR + FRAME,
  };
}

/** Pixels of the window manager's frame. */
const FRAME = 5;
const TITLE_BAR = 26;

export const pressKeys = (...keys: readonly string[]): Promise<unknown> =>
  run('xdotool', ['key', '--delay', '100', ...keys]);

export const click = ({ x, y }: Pick<Area, 'x' | 'y'>, button: 1 | 3): Promise<unknown> =>
  run('xdotool', ['mousemove', String(x), String(y), 'click', String(button)]);

/** Writes this part of the screen to a file, with few colours so that the file stays small. */
export async function takePicture(file: string, { x, y, width, height }: Area): Promise<void> {
  const left = Math.max(0, x);
  const top = Math.max(0, y);
  const crop = `${width - left + x}x${height - top + y}+${left}+${top}`;
  await run('import', [
    '-window',
    'root',
    '-crop',
    crop,
    '+repage',
    '+dither',
    '-colors',
    '96',
    '-strip',
    `PNG8:${file}`,
  ]);
}
