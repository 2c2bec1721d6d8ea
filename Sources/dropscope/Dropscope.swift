// The executable's entry: picks a subcommand, turns errors into one sentence and an exit status.

@main
enum Dropscope {
  static func main() {}
}
